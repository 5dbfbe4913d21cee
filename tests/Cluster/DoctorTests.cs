using Cluster.Clients;
using Cluster.Processes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Stoa.TestSupport;
using Xunit;

namespace Cluster;

public sealed class DoctorTests
{
    [Theory, EachDatabase]
    public async Task A_healthy_server_has_nothing_that_fails(Database product)
    {
        await using var database = new ServerDatabase(product);
        await using var server = new ServerProcess(database);
        await server.StartAsync();
        using var somebody = await Client.RegisterAsync(server, "somebody");

        var said = (await Verb.RunAsync(database, ["doctor"])).Works().Output;

        Assert.DoesNotContain("fail: ", said, StringComparison.Ordinal);
        foreach (var about in (string[])["settings", "database", "migrations", "clock", "data folder", "log folder", "signing key", "bucket", "redis", "sms"])
            Assert.Contains($"ok: {about}: ", said, StringComparison.Ordinal);
        Assert.All(said.Split('\n', StringSplitOptions.RemoveEmptyEntries), static l => Assert.Matches("^(ok|warn|fail): ", l));
    }

    [Fact]
    public async Task A_redis_that_answers_is_told_with_its_version()
    {
        var address = Environment.GetEnvironmentVariable("STOA_TEST_REDIS");
        Assert.SkipWhen(string.IsNullOrEmpty(address), "STOA_TEST_REDIS is not set");
        await using var database = new ServerDatabase(Database.Sqlite);

        var said = await Verb.RunAsync(database, ["doctor", $"--Redis:Url=redis://{address}"]);

        Assert.Matches(@"ok: redis: 127\.0\.0\.1:\d+ answers in [\d.]+ ms, version \d", said.Output);
    }

    [Fact]
    public async Task A_bucket_says_whether_it_lets_the_server_in_and_what_to_mend()
    {
        using var bucket = await S3Server.StartAsync();
        await using var database = new ServerDatabase(Database.Sqlite);
        async Task<string> AskAsync(params (string Key, string Value)[] changed)
        {
            var said = await Verb.RunAsync(database, ["doctor", .. bucket.Settings.Concat(changed).Select(static s => $"--{s.Key}={s.Value}")]);
            Assert.Equal(said.Output.Contains("fail: ", StringComparison.Ordinal) ? 1 : 0, said.Code);
            Assert.DoesNotContain("wrong-secret", said.Output + said.Errors, StringComparison.Ordinal);
            return Assert.Single(said.Output.Split('\n'), static l => l.Contains(": bucket: ", StringComparison.Ordinal));
        }

        var host = new Uri(bucket.Endpoint).Authority;
        Assert.Equal($"ok: bucket: files at {host} answers and lets this server read", await AskAsync());
        Assert.Equal(0, bucket.Count);
        Assert.StartsWith($"fail: bucket: missing at {host} answers NoSuchBucket: make the bucket", await AskAsync(("S3:Bucket", "missing")), StringComparison.Ordinal);
        Assert.EndsWith("answers InvalidAccessKeyId: mend S3:AccessKey or S3:SecretKey", await AskAsync(("S3:AccessKey", "NOBODY")), StringComparison.Ordinal);
        var closed = $"127.0.0.1:{FreePort.Find()}";
        Assert.StartsWith($"fail: bucket: files at {closed} cannot be reached, look at S3:Endpoint", await AskAsync(("S3:Endpoint", $"http://{closed}")), StringComparison.Ordinal);

        // What s3rver never says, because it takes any signature and knows no permissions; and what no S3 server says.
        foreach (var (code, remedy) in new[] { ("SignatureDoesNotMatch", "mend S3:AccessKey or S3:SecretKey"), ("AccessDenied", "the access key needs s3:ListBucket") })
        {
            await using var strict = await AnswersAsync($"<Error><Code>{code}</Code><Message>no</Message></Error>", 403);
            Assert.Contains($"answers {code}: {remedy}", await AskAsync(("S3:Endpoint", strict.Urls.Single()), ("S3:SecretKey", "wrong-secret")), StringComparison.Ordinal);
        }

        foreach (var status in (int[])[200, 404])
        {
            await using var stranger = await AnswersAsync("<html>welcome</html>", status);
            Assert.StartsWith("fail: bucket: ", await AskAsync(("S3:Endpoint", stranger.Urls.Single())), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Twilio_says_whether_it_knows_the_account_and_is_sent_nothing()
    {
        await using var twilio = await TwilioServer.StartAsync();
        await using var database = new ServerDatabase(Database.Sqlite);
        async Task<string> AskAsync(string url, string token)
        {
            var said = await Verb.RunAsync(database, ["doctor", $"--Sms:AccountSid={TwilioServer.Account}", $"--Sms:TwilioUrl={url}"], ("TWILIO_AUTH_TOKEN", token));
            Assert.Equal(said.Output.Contains("fail: ", StringComparison.Ordinal) ? 1 : 0, said.Code);
            Assert.DoesNotContain(token, said.Output + said.Errors, StringComparison.Ordinal);
            return Assert.Single(said.Output.Split('\n'), static l => l.Contains(": sms: ", StringComparison.Ordinal));
        }

        var host = new Uri(twilio.Address).Authority;
        Assert.Equal($"ok: sms: {host} answers and accepts the account's token", await AskAsync(twilio.Address, TwilioServer.Token));
        Assert.Equal(
            $"fail: sms: {host}: Twilio answered 401 (code 20003); look at Sms:AccountSid, Sms:AuthToken and Sms:TwilioUrl", await AskAsync(twilio.Address, "wrong-token"));
        var closed = $"127.0.0.1:{FreePort.Find()}";
        Assert.StartsWith($"fail: sms: {closed}: Twilio cannot be reached", await AskAsync($"http://{closed}", TwilioServer.Token), StringComparison.Ordinal);
        Assert.Equal(0, twilio.Requests);
    }

    [Theory, EachDatabase]
    public async Task Each_thing_that_is_broken_fails_by_name(Database product)
    {
        await using var database = new ServerDatabase(product);
        var missing = await Verb.RunAsync(database, ["doctor", "--Database:MigrateOnStart=false"]);
        Assert.Equal(1, missing.Code);
        Assert.Contains("fail: database: ", missing.Output, StringComparison.Ordinal);

        (await Verb.RunAsync(database, ["migrate", "up"])).Works();
        (await Verb.RunAsync(database, ["migrate", "down", "-1", "--force"])).Works();
        var key = Path.Combine(Directory.CreateDirectory(Path.Combine(database.Folder, "node")).FullName, "signing.key");
        await File.WriteAllBytesAsync(key, new byte[64], TestContext.Current.CancellationToken);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var closed = FreePort.Find();

        var said = await Verb.RunAsync(
            database, ["doctor", "--Database:MigrateOnStart=false", "--Data:MinimumFreeBytes=1000000000000", "--Mail:SmtpServer=127.0.0.1", $"--Mail:SmtpPort={closed}", $"--Redis:Url=redis://:secret@127.0.0.1:{closed}"]);

        Assert.Equal(1, said.Code);
        foreach (var about in (string[])["migrations", "data folder", "signing key", "redis", "mail"])
            Assert.Contains($"fail: {about}: ", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", said.Output + said.Errors, StringComparison.Ordinal);
        (await Verb.RunAsync(database, ["doctor", "--loud"])).Refuses("usage", code: 2);
        Assert.Equal(78, (await Verb.RunAsync(database, ["doctor", "--Passwords:BcryptRounds=99"])).Code);
    }

    private static async Task<WebApplication> AnswersAsync(string body, int status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapFallback(() => Results.Text(body, "application/xml", statusCode: status));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
