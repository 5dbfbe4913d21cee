using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Stoa.Core.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Attachments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_uploads_conversation_id",
                table: "uploads");

            migrationBuilder.AddColumn<long>(
                name: "erased_at",
                table: "uploads",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "message_seq",
                table: "uploads",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "sha256",
                table: "uploads",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_uploads_conversation_id_message_seq",
                table: "uploads",
                columns: new[] { "conversation_id", "message_seq" });

            migrationBuilder.CreateIndex(
                name: "ix_uploads_created_at",
                table: "uploads",
                column: "created_at",
                filter: "message_seq IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_uploads_erased_at",
                table: "uploads",
                column: "erased_at",
                filter: "erased_at IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_uploads_conversation_id_message_seq",
                table: "uploads");

            migrationBuilder.DropIndex(
                name: "ix_uploads_created_at",
                table: "uploads");

            migrationBuilder.DropIndex(
                name: "ix_uploads_erased_at",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "erased_at",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "message_seq",
                table: "uploads");

            migrationBuilder.DropColumn(
                name: "sha256",
                table: "uploads");

            migrationBuilder.CreateIndex(
                name: "ix_uploads_conversation_id",
                table: "uploads",
                column: "conversation_id");
        }
    }
}
