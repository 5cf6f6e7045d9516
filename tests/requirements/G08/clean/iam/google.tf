resource "google_service_account" "train" {
  account_id = "train"
}

resource "google_project_iam_member" "train" {
  project = "acme"
  role    = "roles/aiplatform.user"
  member  = "serviceAccount:${google_service_account.train.email}"
}
