# The source: where the shop puts its transactions. The host reads it and writes nothing there.

resource "aws_s3_bucket" "source" {
  #checkov:skip=CKV_AWS_18:Who reads or deletes is told by CloudTrail's data events, where an account turns them on; access logs would need a third bucket.
  #checkov:skip=CKV_AWS_144:A copy of the shop's own system, which can send it again.
  #checkov:skip=CKV_AWS_145:AES256, as for the archive; whoever delivers files needs no key.
  #checkov:skip=CKV2_AWS_62:Runs follow the calendar, not the files.
  bucket = "${var.name}-source-${local.account}-${var.region}"
}

resource "aws_s3_bucket_versioning" "source" {
  bucket = aws_s3_bucket.source.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "source" {
  bucket = aws_s3_bucket.source.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_ownership_controls" "source" {
  bucket = aws_s3_bucket.source.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_public_access_block" "source" {
  bucket                  = aws_s3_bucket.source.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# A record names the version of the file that it was made from, so replaced ones stay as long as the archive's lock.
resource "aws_s3_bucket_lifecycle_configuration" "source" {
  bucket     = aws_s3_bucket.source.id
  depends_on = [aws_s3_bucket_versioning.source]

  rule {
    id     = "what-was-replaced-or-never-ended"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.archive_lock_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = local.forgotten_days
    }
  }
}

resource "aws_s3_bucket_policy" "source" {
  bucket     = aws_s3_bucket.source.id
  policy     = data.aws_iam_policy_document.encrypted_transport["source"].json
  depends_on = [aws_s3_bucket_public_access_block.source]
}
