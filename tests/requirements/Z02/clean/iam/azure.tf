resource "azurerm_user_assigned_identity" "train" {
  name = "train"
}

resource "azurerm_role_assignment" "train" {
  scope                = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/research/providers/Microsoft.Storage/storageAccounts/acmeckpt"
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.train.principal_id
}
