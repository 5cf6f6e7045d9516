resource "google_secret_manager_secret" "hub" {
  secret_id = "hub"
}

resource "google_secret_manager_secret_version" "hub" {
  secret                 = google_secret_manager_secret.hub.id
  secret_data_wo         = ephemeral.vault_kv_secret_v2.hub.data["token"]
  secret_data_wo_version = 1
}
