# The archive: what a run leaves, written once and kept. A bucket of its own, since Object Lock holds for a whole bucket
# and the runner has to be told of what is missing (404), which S3 does for those who may list all of it.

locals {
  # All that the runner writes (runner/stores, runner/delivery, runner/promotion/pointer.py), without the bucket.
  written_once   = ["objects/*", "quarantine/*", "ledger/*", "*/run.json"]
  written_anew   = ["*/current.json"]
  cold_days      = 90
  forgotten_days = 7
}

resource "aws_s3_bucket" "archive" {
  #checkov:skip=CKV_AWS_18:Who reads or deletes is told by CloudTrail's data events, where an account turns them on; access logs would need a third bucket.
  #checkov:skip=CKV_AWS_144:One region; what the archive holds also lies on the host and, as rows, in the database and its backups.
  #checkov:skip=CKV_AWS_145:The runner asks for AES256 with each object; a key of one's own would be one more way to lose the archive.
  #checkov:skip=CKV2_AWS_62:Nobody waits for events; the runner itself says what was delivered.
  bucket              = "${var.name}-archive-${local.account}-${var.region}"
  object_lock_enabled = true
}

resource "aws_s3_bucket_versioning" "archive" {
  bucket = aws_s3_bucket.archive.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "archive" {
  bucket     = aws_s3_bucket.archive.id
  depends_on = [aws_s3_bucket_versioning.archive]

  rule {
    default_retention {
      mode = var.archive_lock_mode
      days = var.archive_lock_days
    }
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "archive" {
  bucket                  = aws_s3_bucket.archive.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_lifecycle_configuration" "archive" {
  bucket     = aws_s3_bucket.archive.id
  depends_on = [aws_s3_bucket_versioning.archive]

  rule {
    id     = "parts-of-uploads-that-nobody-ended"
    status = "Enabled"
    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = local.forgotten_days
    }
  }

  # Below 128 KB S3 leaves an object where it is: it would cost more in the cold than it saves.
  rule {
    id     = "old-is-kept-cheaper"
    status = "Enabled"

    filter {
      prefix = "objects/"
    }

    transition {
      days          = local.cold_days
      storage_class = "STANDARD_IA"
    }
  }

  # Only current.json has older versions. The lock holds them longer, if it is longer.
  rule {
    id     = "versions-that-were-replaced"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.archive_lock_days
    }
  }
}

resource "aws_s3_bucket_policy" "archive" {
  bucket     = aws_s3_bucket.archive.id
  policy     = data.aws_iam_policy_document.archive.json
  depends_on = [aws_s3_bucket_public_access_block.archive]
}

# These hold for everyone, administrators too.
data "aws_iam_policy_document" "archive" {
  source_policy_documents = [data.aws_iam_policy_document.encrypted_transport["archive"].json]

  statement {
    sid       = "NothingIsWrittenOver"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = [for key in local.written_once : "${aws_s3_bucket.archive.arn}/${key}"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }

    # Parts of an upload carry no condition; the request that puts them together does.
    condition {
      test     = "Bool"
      variable = "s3:ObjectCreationOperation"
      values   = ["true"]
    }
  }

  statement {
    sid       = "ThePointerIsMovedByWhoHasReadIt"
    effect    = "Deny"
    actions   = ["s3:PutObject"]
    resources = [for key in local.written_anew : "${aws_s3_bucket.archive.arn}/${key}"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-none-match"
      values   = ["true"]
    }

    condition {
      test     = "Null"
      variable = "s3:if-match"
      values   = ["true"]
    }

    condition {
      test     = "Bool"
      variable = "s3:ObjectCreationOperation"
      values   = ["true"]
    }
  }

  statement {
    sid       = "NobodyLocksForEver"
    effect    = "Deny"
    actions   = ["s3:PutObjectRetention"]
    resources = ["${aws_s3_bucket.archive.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "NumericGreaterThan"
      variable = "s3:object-lock-remaining-retention-days"
      values   = [var.archive_lock_days + 1]
    }
  }
}

data "aws_iam_policy_document" "encrypted_transport" {
  for_each = { archive = aws_s3_bucket.archive.arn, source = aws_s3_bucket.source.arn }

  statement {
    sid       = "OnlyTls"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value, "${each.value}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }

  statement {
    sid       = "OnlyTlsOfToday"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [each.value, "${each.value}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "NumericLessThan"
      variable = "s3:TlsVersion"
      values   = ["1.2"]
    }
  }
}
