resource "google_storage_bucket" "evals" {
  name                        = "acme-eval-results"
  location                    = "EU"
  uniform_bucket_level_access = true
}

resource "google_storage_bucket_iam_member" "evals" {
  bucket = google_storage_bucket.evals.name
  role   = "roles/storage.objectViewer"
  member = "group:research@acme.example"
}
