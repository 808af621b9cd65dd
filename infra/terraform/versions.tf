terraform {
  # Write-only arguments, which keep passwords out of the state, came with 1.11.
  required_version = ">= 1.11.0, < 2.0.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = merge({ Project = var.name }, var.tags)
  }
}

data "aws_caller_identity" "here" {}

data "aws_partition" "here" {}

data "aws_availability_zones" "here" {
  #checkov:skip=CKV_AWS_394:Subnets stay in the zones that they were made in (ignore_changes), whatever AWS adds.
  state = "available"

  # No local zones: databases and hosts of the usual kinds are not to be had there.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

locals {
  account = data.aws_caller_identity.here.account_id
  arn     = "arn:${data.aws_partition.here.partition}"
}
