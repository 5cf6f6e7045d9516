resource "google_compute_instance" "trainer" {
  name         = "trainer"
  machine_type = "a3-highgpu-8g"
  network_interface {
    network = "training"
  }
  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }
}
