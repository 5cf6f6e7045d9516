resource "google_workbench_instance" "bench" {
  name     = "bench"
  location = "europe-west4-b"
  gce_setup {
    disable_public_ip = true
    service_accounts {
      email = "notebooks@acme.iam.gserviceaccount.com"
    }
    metadata = {
      notebook-disable-root = "true"
    }
  }
}
