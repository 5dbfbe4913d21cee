using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Stoa.Core;
using Stoa.Core.Data;
using Stoa.Server.Hosting;
using Stoa.Server.Hosting.Errors;
using Stoa.Server.Hosting.Limits;
using Stoa.Server.Hosting.Json;
using Stoa.Server.Hosting.OpenApi;
using Stoa.Server.Identity.Privacy;
using Stoa.Server.Identity.Throttling;
using Stoa.Server.Identity.TwoFactor;

namespace Stoa.Server.Identity.Doors;

/// <summary>What the law promises people about their data: all of it in their hands, or gone.</summary>
public static class PrivacyRoutes
{
    private static readonly Refusal TooMany = Refusal.TooMany("rate.exports", "Your data was fetched several times just now, please try again later");
    private static readonly RateLimit Exports = new("exports", 5, TimeSpan.FromHours(1), TooMany);
    private static readonly JsonWriterOptions Readable = new() { Indented = true };

    public static void MapPrivacy(this IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["/api/v1/analytics/export/user-data", "/auth/me/export", "/api/auth/me/export"])
        {
            routes.MapGet(path, Export).RequireAuthorization().WithTags("Privacy").WithSummary("Everything that is kept of the caller, as one JSON document")
                .Produces<JsonElement>().Refuses(TooMany);
        }

        foreach (var path in (string[])["/auth/me/delete", "/api/auth/me/delete"])
        {
            routes.MapPost(path, Delete).RequireAuthorization().WithTags("Privacy").WithSummary("Delete the caller's account for good; conversations stay for the others")
                .Example("""{"password":"correct horse","code":"123456"}""")
                .Refuses(PasswordProof.Wrong, FailureLog.Paused, PasswordHashing.Busy, ConfirmTotp.Wrong, SetStanding.LastSuperuser);
        }
    }

    private static async Task<Results<Ok<Said>, ProblemHttpResult>> Delete(
        DeleteAccountBody body, DeleteOwnAccount delete, Caller caller, CancellationToken cancellation) =>
        (await delete.Handle(new(body.Password!, body.Code), caller, cancellation)).ToOk(static _ => new Said("Your account is deleted"));

    /// <summary>Written as it is read, page by page.</summary>
    private static async Task<IResult> Export(
        ExportAccount export, RateLimits limits, TimeProvider clock, HttpResponse response, Caller caller, CancellationToken cancellation)
    {
        if (limits.Take(Exports, caller.UserId.ToString(System.Globalization.CultureInfo.InvariantCulture)).Refusal is { } tooMany)
            return tooMany.ToHttp();
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.ContentDisposition = "attachment; filename=\"my-data.json\"";
        await using var json = new Utf8JsonWriter(response.BodyWriter, Readable);
        json.WriteStartObject();
        json.WriteString("exported_at", clock.GetUtcNow());
        json.WriteString("user_id", caller.UserId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        json.WriteStartObject("data");
        string? table = null;
        await foreach (var page in export.ReadAsync(caller.UserId, cancellation))
        {
            if (page.Table != table)
            {
                if (table is not null)
                    json.WriteEndArray();
                json.WriteStartArray(table = page.Table);
            }

            foreach (var row in page.Rows)
                WriteRow(json, row);
            await json.FlushAsync(cancellation);
            await response.BodyWriter.FlushAsync(cancellation);
        }

        if (table is not null)
            json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        return Results.Empty;
    }

    private static void WriteRow(Utf8JsonWriter json, IReadOnlyDictionary<string, object?> row)
    {
        json.WriteStartObject();
        foreach (var (column, value) in row)
        {
            json.WritePropertyName(column);
            switch (value)
            {
                case null: json.WriteNullValue(); break;
                case bool truth: json.WriteBooleanValue(truth); break;
                case int number: json.WriteNumberValue(number); break;
                case long number: json.WriteNumberValue(number); break;
                case DateTimeOffset time: json.WriteStringValue(time.UtcDateTime); break;
                case DateOnly day: json.WriteStringValue(day.ToString("O", System.Globalization.CultureInfo.InvariantCulture)); break;
                case JsonElement element: element.WriteTo(json); break;
                case IEnumerable<string> words: WriteWords(json, words); break;
                default: json.WriteStringValue(value.ToString()); break;
            }
        }

        json.WriteEndObject();
    }

    private static void WriteWords(Utf8JsonWriter json, IEnumerable<string> words)
    {
        json.WriteStartArray();
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }
}

/// <param name="Code">Needed where a second step is on.</param>
public sealed record DeleteAccountBody(
    [property: Needed, AtMost(NewPasswordAttribute.MaximumLength)] string? Password,
    [property: AtMost(64)] string? Code);
