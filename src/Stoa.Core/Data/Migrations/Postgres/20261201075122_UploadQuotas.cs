using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Stoa.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class UploadQuotas : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_uploads_owner_id_erased_at_size",
                table: "uploads",
                columns: new[] { "owner_id", "erased_at", "size" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_uploads_owner_id_erased_at_size",
                table: "uploads");
        }
    }
}
