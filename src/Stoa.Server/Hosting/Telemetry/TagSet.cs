using System.Diagnostics.CodeAnalysis;

namespace Stoa.Server.Hosting.Telemetry;

/// <summary>The tags of a measurement, as they came: looked up by the span itself, so that a repeated set costs no allocation.</summary>
internal readonly struct TagSet(KeyValuePair<string, object?>[] tags)
{
    private readonly KeyValuePair<string, object?>[] tags = tags;

    public static IEqualityComparer<TagSet> Comparer { get; } = new Comparing();

    private sealed class Comparing : IEqualityComparer<TagSet>, IAlternateEqualityComparer<ReadOnlySpan<KeyValuePair<string, object?>>, TagSet>
    {
        public bool Equals(TagSet x, TagSet y) => Equals(x.tags, y);

        public int GetHashCode([DisallowNull] TagSet obj) => GetHashCode(obj.tags);

        public TagSet Create(ReadOnlySpan<KeyValuePair<string, object?>> alternate) => new(alternate.ToArray());

        public bool Equals(ReadOnlySpan<KeyValuePair<string, object?>> alternate, TagSet other)
        {
            if (alternate.Length != other.tags.Length)
                return false;
            for (var i = 0; i < alternate.Length; i++)
            {
                if (alternate[i].Key != other.tags[i].Key || !Equals(alternate[i].Value, other.tags[i].Value))
                    return false;
            }

            return true;
        }

        public int GetHashCode(ReadOnlySpan<KeyValuePair<string, object?>> alternate)
        {
            var hash = default(HashCode);
            foreach (var (key, value) in alternate)
            {
                hash.Add(key);
                hash.Add(value);
            }

            return hash.ToHashCode();
        }
    }
}
