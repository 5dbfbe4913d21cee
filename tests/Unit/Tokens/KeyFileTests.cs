using Stoa.Server.Hosting.Tokens;
using Xunit;

namespace Unit.Tokens;

public sealed class KeyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("stoa-keys-").FullName;

    private string Path => System.IO.Path.Combine(folder, "signing.key");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_new_key_signs_and_the_old_ones_stay_accepted_until_they_are_retired()
    {
        var first = SigningKeys.Load(null, [], folder);
        KeyFile.AddNew(Path);
        var second = SigningKeys.Load(null, [], folder);

        Assert.NotEqual(first.CurrentId, second.CurrentId);
        Assert.Equal(first.ById[first.CurrentId], second.ById[first.CurrentId]);
        Assert.Equal(1, KeyFile.RetireOlder(Path));
        Assert.Equal([second.CurrentId], SigningKeys.Load(null, [], folder).ById.Keys);
        Assert.Equal(0, KeyFile.RetireOlder(Path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal([Path], Directory.GetFiles(folder));
    }

    [Fact]
    public void A_key_of_another_length_is_one_key_and_nothing_is_put_beside_it()
    {
        File.WriteAllBytes(Path, new byte[40]);

        Assert.Single(SigningKeys.Load(null, [], folder).ById);
        Assert.Contains("PreviousSecrets", Assert.Throws<InvalidOperationException>(() => KeyFile.AddNew(Path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(Path, new byte[31]);
        Assert.Contains("cut short", Assert.Throws<UnusableKeyException>(() => KeyFile.Read(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Previous_secrets_are_accepted_and_never_sign()
    {
        var keys = SigningKeys.Load("the new secret of at least 32 bytes!", ["the old secret of at least 32 bytes!"], folder);

        Assert.Equal(2, keys.ById.Count);
        Assert.Equal("the new secret of at least 32 bytes!"u8.ToArray(), keys.ById[keys.CurrentId]);
    }
}
