namespace Stoa.Server.Hosting.Web;

/// <summary>Reads forms for the few routes that take one.</summary>
public static class RequestForms
{
    /// <summary>The fields; a form that cannot be read to its end, or that holds U+0000, is 400 <c>request.malformed</c>.</summary>
    public static async Task<IFormCollection> ReadFieldsAsync(this HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            var form = await request.ReadFormAsync(cancellation);
            if (form.Any(static f => f.Key.Contains('\0', StringComparison.Ordinal) || f.Value.Any(static v => v?.Contains('\0', StringComparison.Ordinal) == true)))
                throw new InvalidDataException("The form holds U+0000.");
            return form;
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The form could not be read", StatusCodes.Status400BadRequest, fault);
        }
    }
}
