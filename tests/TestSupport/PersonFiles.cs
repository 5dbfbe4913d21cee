using System.Net.Http.Headers;
using Xunit;

namespace Stoa.TestSupport;

/// <summary>A file as a client would send it.</summary>
/// <param name="Type">What the client says it is; null: nothing.</param>
public sealed record SentFile(string Name, byte[] Bytes, string? Type = null);

/// <summary>Sends files and fetches them.</summary>
public static class PersonFiles
{
    /// <summary>The smallest picture there is.</summary>
    public static byte[] Png { get; } = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    public static async Task<Answer> UploadAsync(this Person person, params SentFile[] files)
    {
        using var form = new MultipartFormDataContent();
        foreach (var file in files)
        {
            var part = new ByteArrayContent(file.Bytes);
            if (file.Type is not null)
                part.Headers.TryAddWithoutValidation("Content-Type", file.Type);
            form.Add(part, "files", file.Name);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = form };
        request.Headers.ExpectContinue = true;
        return await person.AnswerAsync(request);
    }

    /// <summary>Sends a form as it is.</summary>
    public static async Task<Answer> UploadRawAsync(this Person person, string form, string contentType = "multipart/form-data; boundary=x")
    {
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(form));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = content };
        return await person.AnswerAsync(request);
    }

    /// <summary>Uploads one file, which must be taken; returns its id.</summary>
    public static async Task<string> UploadOneAsync(this Person person, string name = "cat.png", byte[]? bytes = null) =>
        (await person.UploadAsync(new SentFile(name, bytes ?? Png))).Is(201).Body.GetProperty("uploads")[0].GetProperty("id").GetString()!;

    /// <summary>Fetches as it is, bytes and headers.</summary>
    public static async Task<Fetched> FetchAsync(this Person person, string url, HttpMethod? method = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, url);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await person.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Fetched((int)response.StatusCode, await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken), response.Headers, response.Content.Headers);
    }
}

/// <summary>What came back of a file.</summary>
public sealed record Fetched(int Status, byte[] Bytes, HttpResponseHeaders Headers, HttpContentHeaders Content);
