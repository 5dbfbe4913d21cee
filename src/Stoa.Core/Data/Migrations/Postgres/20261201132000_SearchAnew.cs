using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Stoa.Core.Data.Migrations.Postgres;

/// <summary>Texts are read in another way for the index (SearchWords): it is emptied, and filled again in the background.</summary>
[DbContext(typeof(PostgresStoaDb))]
[Migration("20261201132000_SearchAnew")]
public partial class SearchAnew : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var statement in MessageSearch.Empty)
            migrationBuilder.Sql(statement);
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var statement in MessageSearch.Empty)
            migrationBuilder.Sql(statement);
    }
}
