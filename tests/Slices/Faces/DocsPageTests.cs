using System.Diagnostics;
using Stoa.TestSupport;
using Xunit;

namespace Slices.Faces;

/// <summary>The documentation page as a browser shows it.</summary>
public sealed class DocsPageTests
{
    [Theory, EachDatabase]
    public async Task The_docs_page_shows_the_routes_in_chromium(Database database)
    {
        var profile = Directory.CreateTempSubdirectory("stoa-chromium-").FullName;
        try
        {
            var page = await RenderAsync(new Uri(StoaServer.For(database).Address, "/docs/index.html"), profile);

            Assert.Contains("Make an account and sign in", page, StringComparison.Ordinal);
            Assert.Contains("Filter by tag", page, StringComparison.Ordinal);
            Assert.InRange(page.IndexOf("data-tag=\"Auth\"", StringComparison.Ordinal), 1, page.IndexOf("data-tag=\"Conversations\"", StringComparison.Ordinal));
            Assert.Contains("/* The house's dress", page, StringComparison.Ordinal);
            Assert.Contains("/api/conversations/{name}/messages", page.Replace("<wbr>", "", StringComparison.Ordinal).Replace("&#8203;", "", StringComparison.Ordinal).Replace("\u200b", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(profile, recursive: true);
        }
    }

    /// <summary>The page's document after its scripts have run.</summary>
    private static async Task<string> RenderAsync(Uri address, string profile)
    {
        using var chromium = Process.Start(new ProcessStartInfo("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            // The page draws what is in view and a little more, once there are many routes: the window is tall, but not so tall that drawing it takes a busy machine a minute.
            "--disable-sync", "--window-size=1000,12000", $"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom", address.ToString(),
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(90));
        try
        {
            _ = chromium.StandardError.ReadToEndAsync(limit.Token);
            return await chromium.StandardOutput.ReadToEndAsync(limit.Token);
        }
        finally
        {
            if (!chromium.HasExited)
                chromium.Kill(entireProcessTree: true);
            await chromium.WaitForExitAsync(CancellationToken.None);
        }
    }
}
