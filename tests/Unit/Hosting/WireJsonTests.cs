using System.Text.Json;
using Stoa.Server.Hosting.Json;
using Xunit;

namespace Unit.Hosting;

public sealed class WireJsonTests
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new UtcTimeConverter(), new WholeTextConverter() } };

    [Fact]
    [Stoa.TestSupport.Requirement("S0-52")]
    public void Times_are_utc_with_z_and_microseconds() =>
        Assert.Equal(
            "\"2026-01-15T11:00:00.123456Z\"",
            JsonSerializer.Serialize(new DateTimeOffset(2026, 1, 15, 12, 0, 0, TimeSpan.FromHours(1)).AddTicks(1234560), Options));

    [Theory]
    [InlineData("\"17\"", 17)]
    [InlineData("17", 17)]
    public void An_id_is_read_as_a_string_or_a_number_and_written_as_a_string(string json, long id)
    {
        Assert.Equal(new StringId(id), JsonSerializer.Deserialize<StringId>(json, Options));
        Assert.Equal($"\"{id}\"", JsonSerializer.Serialize(new StringId(id), Options));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("\"x\"")]
    [InlineData("\"1.5\"")]
    [InlineData("1.5")]
    [InlineData("\"-1\"")]
    [InlineData("\"99999999999999999999\"")]
    [InlineData("null")]
    [InlineData("{}")]
    public void Anything_else_is_no_id(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<StringId>(json, Options));

    [Fact]
    public void Text_with_a_null_character_is_refused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<string>("\"a\\u0000b\"", Options));
}
