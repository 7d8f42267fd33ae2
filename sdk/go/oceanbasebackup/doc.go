// Stop OceanBase backups from pulumi up and pulumi destroy, and know how each one ended.
package oceanbasebackup
