using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Stoa.Core.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ContentDigest : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "content_digest",
                table: "messages",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "content_digest",
                table: "messages");
        }
    }
}
