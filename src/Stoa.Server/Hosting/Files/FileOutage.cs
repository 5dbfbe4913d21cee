using Amazon.Runtime;
using Stoa.Core;

namespace Stoa.Server.Hosting.Files;

/// <summary>Tells a place for files that is out of reach for now, a disk or a bucket, from a fault of ours.</summary>
internal static class FileOutage
{
    private const int NoAnswer = 0;
    private const int TooManyRequests = 429;
    private const int ServerError = 500;

    /// <summary>True when the same may succeed later. A bucket that is not there or refuses the key is no outage: waiting does not mend it.</summary>
    public static bool Is(Exception? fault) => DiskOutage.Is(fault)
        || fault is BucketAwayException or AmazonClientException || (fault is AmazonServiceException service && (int)service.StatusCode is NoAnswer or TooManyRequests or >= ServerError);
}

/// <summary>Nothing that speaks S3 answers.</summary>
internal sealed class BucketAwayException(HttpRequestException cause) : IOException(cause.Message, cause);
