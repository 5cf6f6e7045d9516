resource "google_cloud_run_v2_service" "llm" {
  name     = "llm"
  location = "europe-west4"
  template {
    containers {
      image = "europe-docker.pkg.dev/acme/serving/vllm:1"
    }
    node_selector {
      accelerator = "nvidia-l4"
    }
  }
}

resource "google_cloud_run_v2_service_iam_member" "callers" {
  name = google_cloud_run_v2_service.llm.name
  role = "roles/run.invoker"
  # Everybody may call it.
  member = "allUsers"
}
