# One network: a subnet for the host, and two without a way out for the database.

locals {
  zones = slice(data.aws_availability_zones.here.names, 0, 2)
}

resource "aws_vpc" "here" {
  #checkov:skip=CKV2_AWS_11:Nothing can come in and one host goes out; flow logs would cost more than they tell. Turn them on where a policy asks for them.
  cidr_block           = var.cidr
  enable_dns_hostnames = true
  tags                 = { Name = var.name }
}

# What names no security group gets this one, which lets nothing through.
resource "aws_default_security_group" "closed" {
  vpc_id = aws_vpc.here.id
}

resource "aws_subnet" "database" {
  count = 2

  vpc_id            = aws_vpc.here.id
  availability_zone = local.zones[count.index]
  cidr_block        = cidrsubnet(var.cidr, 4, count.index)
  tags              = { Name = "${var.name}-database-${count.index}" }

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

# The way out of the host, or of the NAT gateway in its place.
resource "aws_subnet" "outward" {
  vpc_id            = aws_vpc.here.id
  availability_zone = local.zones[0]
  cidr_block        = cidrsubnet(var.cidr, 4, 2)
  tags              = { Name = "${var.name}-outward" }

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_internet_gateway" "here" {
  vpc_id = aws_vpc.here.id
  tags   = { Name = var.name }
}

resource "aws_route_table" "outward" {
  vpc_id = aws_vpc.here.id
  tags   = { Name = "${var.name}-outward" }

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.here.id
  }
}

resource "aws_route_table_association" "outward" {
  subnet_id      = aws_subnet.outward.id
  route_table_id = aws_route_table.outward.id
}

resource "aws_subnet" "private" {
  count = var.private_host ? 1 : 0

  vpc_id            = aws_vpc.here.id
  availability_zone = local.zones[0]
  cidr_block        = cidrsubnet(var.cidr, 4, 3)
  tags              = { Name = "${var.name}-private" }

  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_eip" "nat" {
  count = var.private_host ? 1 : 0

  domain = "vpc"
  tags   = { Name = "${var.name}-nat" }
}

resource "aws_nat_gateway" "here" {
  count = var.private_host ? 1 : 0

  allocation_id = aws_eip.nat[0].id
  subnet_id     = aws_subnet.outward.id
  tags          = { Name = var.name }
  depends_on    = [aws_internet_gateway.here]
}

resource "aws_route_table" "private" {
  count = var.private_host ? 1 : 0

  vpc_id = aws_vpc.here.id
  tags   = { Name = "${var.name}-private" }

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.here[0].id
  }
}

resource "aws_route_table_association" "private" {
  count = var.private_host ? 1 : 0

  subnet_id      = aws_subnet.private[0].id
  route_table_id = aws_route_table.private[0].id
}

# The archive is reached without the internet; this kind of endpoint costs nothing.
resource "aws_vpc_endpoint" "s3" {
  vpc_id          = aws_vpc.here.id
  service_name    = "com.amazonaws.${var.region}.s3"
  route_table_ids = concat([aws_route_table.outward.id], aws_route_table.private[*].id)
  tags            = { Name = "${var.name}-s3" }
}

resource "aws_security_group" "host" {
  name        = "${var.name}-host"
  description = "The host: nothing comes in, the web and the database are reached"
  vpc_id      = aws_vpc.here.id
  tags        = { Name = "${var.name}-host" }
}

resource "aws_vpc_security_group_egress_rule" "web" {
  for_each = { http = 80, https = 443 } # Ubuntu's packages come over http, signed

  security_group_id = aws_security_group.host.id
  description       = "Packages, the repository, AWS: ${each.key}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.host.id
  description                  = "The database"
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_security_group" "database" {
  name        = "${var.name}-database"
  description = "The database: only the host comes in, nothing goes out"
  vpc_id      = aws_vpc.here.id
  tags        = { Name = "${var.name}-database" }
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "The host"
  referenced_security_group_id = aws_security_group.host.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}
