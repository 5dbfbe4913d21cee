using System.Text;
using Stoa.Server.Hosting.Tokens;
using Xunit;

namespace Unit.Tokens;

public sealed class SealingTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("a secret of some bytes");

    [Fact]
    public void A_seal_opens_for_its_purpose_and_owner_alone()
    {
        var sealing = With("k1");
        var box = sealing.Seal("totp", 7, Secret);

        Assert.Equal(Secret, sealing.Open("totp", 7, box));
        Assert.Null(sealing.Open("totp", 8, box));
        Assert.Null(sealing.Open("other", 7, box));
        Assert.NotEqual(box, sealing.Seal("totp", 7, Secret));
    }

    [Fact]
    public void A_changed_character_anywhere_spoils_it()
    {
        var sealing = With("k1");
        var box = sealing.Seal("totp", 7, Secret);

        for (var i = 0; i < box.Length; i++)
        {
            // The last character of base64url may carry bits that mean nothing: four apart is never the same byte.
            var changed = string.Concat(box.AsSpan(0, i), box[i] == 'A' ? "Z" : "A", box.AsSpan(i + 1));
            Assert.False(sealing.Open("totp", 7, changed)?.AsSpan().SequenceEqual(Secret) ?? false, $"character {i}");
        }

        foreach (var bad in (string[])["", ".", "k1", "k1.", "k1.AAAA", "k1.!", "k2." + box[3..]])
            Assert.Null(sealing.Open("totp", 7, bad));
    }

    [Fact]
    public void After_a_new_key_old_seals_open_as_long_as_the_old_key_is_there()
    {
        var box = With("k1").Seal("totp", 7, Secret);

        Assert.Equal(Secret, With("k2", "k1").Open("totp", 7, box));
        Assert.Null(With("k2").Open("totp", 7, box));
    }

    [Fact]
    public void Hashes_differ_by_purpose_and_key()
    {
        Assert.Equal(With("k1").Hash("a", "text"), With("k1").Hash("a", "text"));
        Assert.NotEqual(With("k1").Hash("a", "text"), With("k1").Hash("b", "text"));
        Assert.NotEqual(With("k1").Hash("a", "text"), With("k2").Hash("a", "text"));
    }

    [Fact]
    public void A_kept_hash_names_its_key_is_found_under_every_accepted_one_and_so_are_those_of_older_versions()
    {
        var kept = With("k1").KeptHash("codes", "7:ABCDE");

        Assert.Equal(64, kept.Length);
        Assert.StartsWith("k1.", kept, StringComparison.Ordinal);
        Assert.Contains(kept, With("k2", "k1").KeptHashes("codes", "7:ABCDE"));
        Assert.Contains(With("k1").Hash("codes", "7:ABCDE"), With("k2", "k1").KeptHashes("codes", "7:ABCDE"));
        Assert.DoesNotContain(kept, With("k2").KeptHashes("codes", "7:ABCDE"));
        Assert.True(With("k1").IsCurrent(kept));
        Assert.False(With("k2", "k1").IsCurrent(kept));
    }

    private static Sealing With(params string[] ids) => new(new SigningKeys(
        ids[0], ids.ToDictionary(static id => id, static id => Encoding.ASCII.GetBytes(id.PadRight(SigningKeys.MinimumBytes, '-')), StringComparer.Ordinal)));
}
