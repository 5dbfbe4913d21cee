using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Stoa.Core;
using Stoa.Server.Hosting.Settings;

namespace Stoa.Server.Hosting.Files;

/// <summary>Files as objects of a bucket, on Amazon S3 or a server that speaks like it.</summary>
/// <remarks>
/// A file is kept in a temporary file first, because an object's length and hash must be known before it is sent; the bucket then has the whole object or none.
/// Readers get the bytes through this server: the bucket stays private, and links and headers are those of the folder store (ADR 23).
/// </remarks>
public sealed class S3FileStore(AmazonS3Client client, string bucket, string prefix) : IFileStore, IDisposable
{
    public S3FileStore(S3Settings settings)
        : this(new AmazonS3Client(new BasicAWSCredentials(settings.AccessKey, settings.SecretKey), Config(settings)), settings.Bucket, settings.Prefix)
    {
    }

    public async Task WriteAsync(string key, Stream content, CancellationToken cancellation)
    {
        await using var spool = OwnerOnlyFiles.CreateNameless();
        await content.CopyToAsync(spool, cancellation);
        spool.Position = 0;
        await AskAsync(client.PutObjectAsync(
            new PutObjectRequest { BucketName = bucket, Key = prefix + key, InputStream = spool, AutoCloseStream = false, UseChunkEncoding = false, ContentType = "application/octet-stream" },
            cancellation));
    }

    public async Task<Stream?> OpenAsync(string key, CancellationToken cancellation)
    {
        try
        {
            var found = await AskAsync(client.GetObjectMetadataAsync(bucket, prefix + key, cancellation));
            return new S3ReadStream(client, bucket, prefix + key, found.ContentLength);
        }
        catch (AmazonS3Exception fault) when (fault.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>S3 answers the same whether there was an object or not.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellation) => AskAsync(client.DeleteObjectAsync(bucket, prefix + key, cancellation));

    /// <summary>Asks for an object that is not there, and writes nothing.</summary>
    /// <returns>Null when the bucket says so; else the server's error code, e.g. <c>NoSuchBucket</c>, <c>AccessDenied</c>, <c>SignatureDoesNotMatch</c>.</returns>
    /// <exception cref="IOException">Nothing that speaks S3 answers.</exception>
    public async Task<string?> GreetAsync(CancellationToken cancellation)
    {
        try
        {
            using var found = await client.GetObjectAsync(bucket, $"{prefix}doctor-{Guid.NewGuid():N}", cancellation);
            throw new IOException("What answers has every object there may be: it is no S3 server");
        }
        catch (AmazonServiceException fault) when (fault is AmazonS3Exception && fault.ErrorCode is { Length: > 0 } code)
        {
            return code == "NoSuchKey" ? null : code;
        }
        catch (Exception fault) when (fault is AmazonServiceException or AmazonClientException or HttpRequestException)
        {
            throw new IOException(fault.GetBaseException().Message, fault);
        }
    }

    public void Dispose() => client.Dispose();

    /// <summary>The client hands on as it is what the way to the bucket came to, so that it looks like a fault of any other request.</summary>
    private static async Task<T> AskAsync<T>(Task<T> request)
    {
        try
        {
            return await request;
        }
        catch (HttpRequestException fault)
        {
            throw new BucketAwayException(fault);
        }
    }

    private static AmazonS3Config Config(S3Settings settings)
    {
        // Checksums of the newer kind are what servers other than Amazon's often lack; the signature covers the content's SHA-256 anyway.
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.PathStyle,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (settings.Endpoint.Length == 0)
            config.RegionEndpoint = Amazon.RegionEndpoint.GetBySystemName(settings.Region);
        else
            (config.ServiceURL, config.AuthenticationRegion) = (settings.Endpoint, settings.Region);
        return config;
    }
}
