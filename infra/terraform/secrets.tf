# Passwords are made by Secrets Manager while this is applied and written straight back to it: they stand neither in the
# state nor in a plan (ephemeral values, write-only arguments). The administrator's is RDS's own.

locals {
  # Login of the database by the part it plays; what each may do is granted by the tables' own roles (infra/sql).
  logins = {
    owner  = "insiders_owner"  # owns the tables, runs the migrations; only a person uses it
    writer = "insiders_writer" # the runner's: IN ROLE insiders_publisher
    reader = "insiders_reader" # the dashboard's: IN ROLE insiders_dashboard
  }
}

ephemeral "aws_secretsmanager_random_password" "login" {
  for_each = local.logins

  password_length     = 40
  exclude_punctuation = true # it has to stand in a URL
}

resource "aws_secretsmanager_secret" "login" {
  #checkov:skip=CKV_AWS_149:Secrets Manager's own key encrypts it; who may read is said by IAM, and a key of one's own would be one more to lose.
  #checkov:skip=CKV2_AWS_57:They are changed by the variable `passwords`; a rotation by itself would need a function inside the network.
  for_each = local.logins

  name        = "${var.name}/database/${each.key}"
  description = "Login ${each.value} of the database"
}

resource "aws_secretsmanager_secret_version" "login" {
  for_each = local.logins

  secret_id                = aws_secretsmanager_secret.login[each.key].id
  secret_string_wo_version = var.passwords
  secret_string_wo = jsonencode({
    engine   = "postgres"
    host     = aws_db_instance.here.address
    port     = aws_db_instance.here.port
    dbname   = local.database_name
    username = each.value
    password = ephemeral.aws_secretsmanager_random_password.login[each.key].random_password
  })
}

# The key that signs the ledger: 64 hexadecimal digits, as INSIDERS_LEDGER_KEY takes them.
ephemeral "aws_secretsmanager_random_password" "ledger_key" {
  password_length            = 64
  exclude_punctuation        = true
  exclude_uppercase          = true
  exclude_characters         = "ghijklmnopqrstuvwxyz"
  require_each_included_type = false
}

resource "aws_secretsmanager_secret" "ledger_key" {
  #checkov:skip=CKV_AWS_149:As for the logins.
  #checkov:skip=CKV2_AWS_57:Lines that were signed stay checkable by the key that signed them; it is never changed by itself.
  name        = "${var.name}/ledger-key"
  description = "Private key that signs the ledger of runs"
}

resource "aws_secretsmanager_secret_version" "ledger_key" {
  secret_id                = aws_secretsmanager_secret.ledger_key.id
  secret_string_wo_version = 1
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.ledger_key.random_password
}
