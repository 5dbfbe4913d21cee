using Stoa.Core.Conversations;
using Stoa.Server.Hosting;

namespace Stoa.Server.Messaging;

/// <summary>What of a message goes into the record.</summary>
/// <param name="Original">What was taken out; null when nothing was.</param>
public sealed record Redacted(string Body, IReadOnlyList<Attachment>? Attachments, OriginalDraft? Original);

/// <summary>Takes contact details out of messages where the conversation's kind asks for it.</summary>
public sealed class Redaction
{
#pragma warning disable CA1822 // The rules come with the engine.
    internal ValueTask<Redacted> ApplyAsync(SendingContext context, SendMessage.Content content, Caller sender, DateTimeOffset now, CancellationToken cancellation) =>
        ValueTask.FromResult(new Redacted(content.Body ?? "", content.Attachments, null));
}
