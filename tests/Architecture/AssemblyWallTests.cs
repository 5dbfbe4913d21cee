using Architecture.Rules;
using Mono.Cecil;
using Xunit;

namespace Architecture;

public sealed class AssemblyWallTests
{
    private static readonly string[] Web = ["Microsoft.AspNetCore", "System.Net.Sockets", "System.Net.WebSockets", "System.Net.Http", "System.Net.HttpListener"];

    [Fact]
    public void SocketIO_uses_nothing_of_ours_and_no_database() =>
        Assert.Empty(AssemblyWalls.Forbidden(Built.SocketIO, "Stoa", "Microsoft.EntityFrameworkCore", "Npgsql", "StackExchange.Redis"));

    [Fact]
    public void The_Redis_adapter_uses_SocketIO_alone_and_no_database() =>
        Assert.Empty(AssemblyWalls.Forbidden(Built.SocketIORedis, "Stoa.Core", "Stoa.Server", "Stoa.SocketIO.Sql", "Microsoft.EntityFrameworkCore", "Npgsql", "Microsoft.Data"));

    [Fact]
    public void The_SQL_adapter_uses_SocketIO_alone_and_no_driver() =>
        Assert.Empty(AssemblyWalls.Forbidden(Built.SocketIOSql, "Stoa.Core", "Stoa.Server", "Stoa.SocketIO.Redis", "StackExchange.Redis", "Microsoft.EntityFrameworkCore", "Npgsql", "Microsoft.Data", "SQLitePCLRaw"));

    [Fact]
    public void Core_uses_nothing_of_ours_and_no_web_sockets_or_redis() =>
        Assert.Empty(AssemblyWalls.Forbidden(Built.Core, ["Stoa", "StackExchange.Redis", .. Web]));

    [Fact]
    public void No_part_of_SocketIO_is_built_on_Core_or_Server() => Assert.Empty(AssemblyWalls.ForbiddenProjects(Sources.Projects, "src/Stoa.SocketIO", "Stoa.Core", "Stoa.Server"));

    [Fact]
    public void A_forbidden_project_is_reported() => Assert.Equal(
        ["src/Stoa.SocketIO.Redis/a.csproj is built on Stoa.Core"],
        AssemblyWalls.ForbiddenProjects(
            [
                new SourceFile("src/Stoa.SocketIO.Redis/a.csproj", """<ProjectReference Include="../Stoa.SocketIO/Stoa.SocketIO.csproj" /><ProjectReference Include="../Stoa.Core/Stoa.Core.csproj" />"""),
                new SourceFile("src/Stoa.Server/b.csproj", """<ProjectReference Include="../Stoa.Core/Stoa.Core.csproj" />"""),
            ],
            "src/Stoa.SocketIO", "Stoa.Core"));

    [Theory]
    [InlineData("Stoa.Core", "Stoa")]
    [InlineData("Microsoft.AspNetCore.Http.Abstractions", "Microsoft.AspNetCore")]
    [InlineData("System.Net.Sockets", "System.Net.Sockets")]
    [InlineData("Microsoft.Data.Sqlite", "Microsoft.Data")]
    [InlineData("Stoa.SocketIO.Redis", "Stoa.SocketIO.Redis")]
    [InlineData("StackExchange.Redis", "StackExchange.Redis")]
    public void A_forbidden_reference_is_reported(string reference, string forbidden)
    {
        using var assembly = AssemblyDefinition.CreateAssembly(new AssemblyNameDefinition("Sample", new Version(1, 0)), "Sample", ModuleKind.Dll);
        assembly.MainModule.AssemblyReferences.Add(new AssemblyNameReference(reference, new Version(1, 0)));
        assembly.MainModule.AssemblyReferences.Add(new AssemblyNameReference("StoaLike", new Version(1, 0)));

        Assert.Equal([$"Sample uses {reference}"], AssemblyWalls.Forbidden(assembly.MainModule, forbidden));
    }

    [Fact]
    public void No_project_names_a_mediator_a_mapper_or_a_mocking_package() => Assert.Empty(AssemblyWalls.ForbiddenPackages(Sources.Projects));

    [Theory]
    [InlineData("MediatR")]
    [InlineData("AutoMapper.Extensions")]
    public void A_forbidden_package_is_reported(string package) => Assert.Equal(
        [$"a.csproj names the package {package}"],
        AssemblyWalls.ForbiddenPackages([new SourceFile("a.csproj", $"""<PackageReference Include="Serilog" /><PackageReference Include="{package}" Version="1" />""")]));

    [Fact]
    public void The_rules_see_the_projects() => Assert.Contains(Sources.Projects, static p => p.Path == "Directory.Packages.props" && p.Text.Contains("Npgsql", StringComparison.Ordinal));
}
