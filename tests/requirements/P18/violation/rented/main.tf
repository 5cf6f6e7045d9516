resource "google_compute_instance" "tune" {
  name         = "tune"
  machine_type = "a3-highgpu-8g"
  # The metadata of the machine is no place for a token.
  metadata_startup_script = "export WANDB_API_KEY=0a1b2c3d4e5f60718293a4b5c6d7e8f901234567; /opt/tune.sh"
}
