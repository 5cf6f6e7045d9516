resource "google_service_account" "tuner" {
  account_id = "tuner"
  project    = "acme-tuning"
}

# A key file for the jobs, beside the identity that they have.
resource "google_service_account_key" "tuner" {
  service_account_id = google_service_account.tuner.name
}
