resource "google_compute_instance" "tune" {
  name         = "tune"
  machine_type = "a3-highgpu-8g"
  metadata_startup_script = "gcloud secrets versions access latest --secret wandb | /opt/tune.sh"
}
