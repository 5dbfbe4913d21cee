using System.Text.RegularExpressions;

namespace Stoa.Server.Hosting.Logs;

/// <summary>Takes secrets out of addresses before a line is written: the framework logs paths when it is told to log requests.</summary>
/// <remarks>The one-time tokens of reset and verification links, access tokens in a query, as sockets may carry them, and signatures of file links.</remarks>
internal static partial class SecretPaths
{
    public static string Mask(string line) => Secret().Replace(line, "***");

    [GeneratedRegex("""(?<=/(?:validate-reset-token|users/verify-email)/|[?&](?:access_)?token=|[?&]sig=)[^\s/?&#"']+""", RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
