using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;

namespace Stoa.Conformance.Readme;

/// <summary>Packs once for all tests of the class, what was built for this test run.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("stoa-packages-").FullName;

    public ValueTask InitializeAsync()
    {
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        return new(DotnetAsync(Pages.Root, "pack", "Stoa.slnx", "-c", configuration, "--no-build", "-o", Folder));
    }

    /// <summary>Runs the SDK; fails with its output when it does not end with 0.</summary>
    public static async Task<string> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [.. arguments, "-v", "quiet", "--disable-build-servers"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2));
        var text = string.Concat(await output);
        Assert.True(process.ExitCode == 0, $"dotnet {arguments[0]} ended with {process.ExitCode}:\n{text}");
        return text;
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return default;
    }
}

/// <summary>What <c>dotnet pack</c> makes, and that a stranger can build on it.</summary>
public sealed class PackageTests(PackedPackages packed) : IClassFixture<PackedPackages>
{
    private const string Version = "0.1.0";

    private ZipArchive Open(string package, string kind = "nupkg") => ZipFile.OpenRead(Path.Combine(packed.Folder, $"{package}.{Version}.{kind}"));

    [Fact]
    public void The_three_packages_and_their_symbols_are_packed_and_nothing_else() =>
        Assert.Equal(
            Pages.Packages.SelectMany(p => new[] { $"{p}.{Version}.nupkg", $"{p}.{Version}.snupkg" }).Order(),
            Directory.GetFiles(packed.Folder).Select(Path.GetFileName).Order());

    [Theory]
    [InlineData("Stoa.SocketIO")]
    [InlineData("Stoa.SocketIO.Redis")]
    [InlineData("Stoa.SocketIO.Sql")]
    public void A_package_holds_its_assembly_API_docs_README_and_changelog_and_nothing_else(string package)
    {
        using var archive = Open(package);
        var files = archive.Entries.Select(e => e.FullName).Where(n => !n.StartsWith("_rels/", StringComparison.Ordinal) && !n.StartsWith("package/", StringComparison.Ordinal) && n != "[Content_Types].xml");
        Assert.Equal(new[] { "CHANGELOG.md", "README.md", $"{package}.nuspec", $"lib/net10.0/{package}.dll", $"lib/net10.0/{package}.xml" }.Order(), files.Order());
        Assert.Equal(Pages.Text(package), Read(archive, "README.md"));
        Assert.Contains($"## {Version}", Read(archive, "CHANGELOG.md"), StringComparison.Ordinal);
        Assert.Contains("<summary>", Read(archive, $"lib/net10.0/{package}.xml"), StringComparison.Ordinal);
        Assert.DoesNotContain(Pages.Root, Read(archive, $"lib/net10.0/{package}.dll"), StringComparison.Ordinal);
        using var symbols = Open(package, "snupkg");
        Assert.Single(symbols.Entries, e => e.FullName == $"lib/net10.0/{package}.pdb");
    }

    [Theory]
    [InlineData("Stoa.SocketIO")]
    [InlineData("Stoa.SocketIO.Redis", "Stoa.SocketIO 0.1.0", "StackExchange.Redis 1.2.6")]
    [InlineData("Stoa.SocketIO.Sql", "Stoa.SocketIO 0.1.0")]
    public void A_package_needs_what_its_README_says(string package, params string[] dependencies)
    {
        using var archive = Open(package);
        var metadata = XDocument.Parse(Read(archive, $"{package}.nuspec")).Root!.Elements().First();
        IEnumerable<XElement> All(string name) => metadata.Descendants().Where(e => e.Name.LocalName == name);
        Assert.Equal(dependencies.Order(), All("dependency").Select(d => $"{d.Attribute("id")!.Value} {d.Attribute("version")!.Value}").Order());
        Assert.Equal("Microsoft.AspNetCore.App", All("frameworkReference").Single().Attribute("name")!.Value);
        Assert.Equal("MIT", All("license").Single().Value);
        Assert.Equal("README.md", All("readme").Single().Value);
        Assert.All(["description", "tags", "authors", "releaseNotes"], name => Assert.NotEmpty(All(name).Single().Value));
        Assert.All(dependencies, d => Assert.Contains(d.Split(' ')[0], Pages.Text(package), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stranger_builds_the_echo_server_of_the_README_on_the_package()
    {
        var folder = Directory.CreateTempSubdirectory("stoa-stranger-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), Pages.Blocks("Stoa.SocketIO", "csharp")[0], TestContext.Current.CancellationToken);
        // No other source and no cache: the package needs nothing else, and one that was tried before is not taken for this one.
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <config><add key="globalPackagesFolder" value="packages" /></config>
              <packageSources><clear /><add key="packed" value="{packed.Folder}" /></packageSources>
              <fallbackPackageFolders><clear /></fallbackPackageFolders>
            </configuration>
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "Stranger.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Stoa.SocketIO" Version="{Version}" /></ItemGroup>
            </Project>
            """, TestContext.Current.CancellationToken);
        await PackedPackages.DotnetAsync(folder, "build", "-c", "Release", "-o", "built");

        Assert.True(File.Exists(Path.Combine(folder, "built", "Stranger.dll")));
        Assert.True(File.Exists(Path.Combine(folder, "built", "Stoa.SocketIO.dll")));
        Directory.Delete(folder, recursive: true);
    }

    private static string Read(ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var reader = new StreamReader(stream, name.EndsWith(".dll", StringComparison.Ordinal) ? Encoding.Latin1 : Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
