resource "google_service_account" "tuner" {
  account_id = "tuner"
  project    = "acme-tuning"
}

# Nobody makes keys here.
resource "google_org_policy_policy" "keys" {
  for_each = toset(["iam.disableServiceAccountKeyCreation", "iam.disableServiceAccountKeyUpload"])
  name     = "projects/acme-tuning/policies/${each.value}"
  parent   = "projects/acme-tuning"
  spec {
    rules {
      enforce = "TRUE"
    }
  }
}
