using Stoa.Server.Hosting.Files;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Cli.Checks;

/// <summary>Whether the bucket is there and lets this server read. Writes nothing.</summary>
internal static class BucketCheck
{
    public static async Task<Finding> RunAsync(S3Settings settings, TimeSpan patience, CancellationToken cancellation)
    {
        if (settings.Bucket.Length == 0)
            return Finding.Ok("bucket", "none is configured: files lie in a folder");
        using var store = new S3FileStore(settings);
        var host = settings.Endpoint.Length > 0 ? new Uri(settings.Endpoint).Authority : $"Amazon's {settings.Region}";
        var place = $"{settings.Bucket} at {host}";
        return await Finding.WithinAsync(patience, "bucket", place, limit => AskAsync(store, place, limit), cancellation);
    }

    private static async Task<Finding> AskAsync(S3FileStore store, string place, CancellationToken cancellation)
    {
        try
        {
            return await store.GreetAsync(cancellation) is { } code
                ? Finding.Fail("bucket", $"{place} answers {code}: {Remedy(code)}")
                : Finding.Ok("bucket", $"{place} answers and lets this server read");
        }
        catch (IOException fault)
        {
            return Finding.Fail("bucket", $"{place} cannot be reached, look at S3:Endpoint and S3:Region: {fault.Message}");
        }
    }

    private static string Remedy(string code) => code switch
    {
        "NoSuchBucket" => "make the bucket, or mend S3:Bucket or S3:PathStyle",
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" => "mend S3:AccessKey or S3:SecretKey",
        "AuthorizationHeaderMalformed" or "PermanentRedirect" => "mend S3:Region",

        // Without s3:ListBucket a file that is not there cannot be told from one that is forbidden.
        "AccessDenied" => "the access key needs s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject",
        _ => "look at S3:Endpoint and the other S3 settings",
    };
}
