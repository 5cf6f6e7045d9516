# It acts as the account that may do most in the project.
resource "google_workbench_instance" "bench" {
  name     = "bench"
  location = "europe-west4-b"
}
