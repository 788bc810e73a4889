#!/bin/sh
# InfluxDB's image takes passwords from its environment only; this puts them there from files, for its process alone.
set -eu
read_secret() { tr -d '\r\n' <"/run/secrets/$1"; }
INFLUXDB_ADMIN_PASSWORD="$(read_secret larder_admin_password)"
INFLUXDB_WRITE_USER_PASSWORD="$(read_secret larder_writer_password)"
INFLUXDB_READ_USER_PASSWORD="$(read_secret larder_reader_password)"
export INFLUXDB_ADMIN_PASSWORD INFLUXDB_WRITE_USER_PASSWORD INFLUXDB_READ_USER_PASSWORD
exec /entrypoint.sh influxd
