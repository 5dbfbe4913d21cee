using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Stoa.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RightsVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "credentials_version",
                table: "users",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "rights_version",
                table: "users",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "credentials_version",
                table: "sign_in_challenges",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "credentials_version",
                table: "sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "refresh_generation",
                table: "sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "refreshed_at",
                table: "sessions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "generation",
                table: "refresh_tokens",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "credentials_version",
                table: "users");

            migrationBuilder.DropColumn(
                name: "rights_version",
                table: "users");

            migrationBuilder.DropColumn(
                name: "credentials_version",
                table: "sign_in_challenges");

            migrationBuilder.DropColumn(
                name: "credentials_version",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "refresh_generation",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "refreshed_at",
                table: "sessions");

            migrationBuilder.DropColumn(
                name: "generation",
                table: "refresh_tokens");
        }
    }
}
