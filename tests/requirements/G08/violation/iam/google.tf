resource "google_service_account" "train" {
  account_id = "train"
}

resource "google_project_iam_member" "train" {
  project = "acme"
  # May change nearly everything in the project.
  role   = "roles/editor"
  member = "serviceAccount:${google_service_account.train.email}"
}
