resource "google_compute_instance" "worker" {
  name         = "worker"
  machine_type = "a3-highgpu-8g"
  network_interface {
    network = "training"
  }
}
