using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.ValueGeneration;

namespace Stoa.Core.Data;

/// <summary>Ids that no other row gets, also when the record was put back to an older state and goes on from there.</summary>
/// <remarks>
/// For rows that something outside of the record names and that opens something: an access token names its session, a link its file. A counter that was put
/// back gives the same number to somebody else's row. Random, from 2^32 (no counter has come so far) to 2^53 (the last whole number of JavaScript): of a
/// million rows lost and a million written after, two meet with a probability of 1 in 9,000; one that is still there is refused by the key.
/// </remarks>
public sealed class UnrepeatedId : ValueGenerator<long>
{
    private const long Lowest = 1L << 32;
    private const long Highest = 1L << 53;

    public override bool GeneratesTemporaryValues => false;

    public override long Next(EntityEntry entry) => New();

    /// <summary>One that nobody had.</summary>
    public static long New()
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            var id = BitConverter.ToInt64(bytes) & (Highest - 1);
            if (id >= Lowest)
                return id;
        }
    }
}
