resource "google_compute_instance" "trainer" {
  name         = "trainer"
  machine_type = "a3-highgpu-8g"
  network_interface {
    network = "training"
  }
  shielded_instance_config {
    # Whatever stands on the disk is started.
    enable_secure_boot          = false
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }
}
