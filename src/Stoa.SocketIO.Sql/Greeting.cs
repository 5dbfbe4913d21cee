using System.Data.Common;
using System.Threading.Channels;

namespace Stoa.SocketIO.Sql;

/// <summary>
/// What a node says first. Others write nothing while they think that they are alone: a namespace serves when each of them has answered, has left, or
/// is known to be dead.
/// </summary>
internal sealed class Greeting(SqlNode node)
{
    // A node that was killed announces nothing: only the table tells when it was not heard for too long.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);
    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>This node has heard us.</summary>
    public void Answered(string by) => _answers.Writer.TryWrite(by);

    /// <summary>Ends when nobody is left to answer, after a node's life at the latest.</summary>
    public async Task SayAsync(string space, CancellationToken cancellation)
    {
        // Who comes later finds this node in the table.
        var silent = await node.UseAsync(LivingAsync);
        silent.Remove(node.Id);
        node.Writer.TryAdd(new LogWrite(new SqlRow(0, space, node.Id, null, RowKind.Hello, 0, []), null, null));
        using var limit = new CancellationTokenSource(node.Options.NodeLife, node.Clock);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            while (silent.Count > 0)
            {
                if (await NextAsync(patience.Token) is { } heard)
                    silent.Remove(heard);
                else
                    await LookAsync(silent, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Who has not answered in a node's life does not count any more.
        }
    }

    /// <summary>Who answers next; null when it is time to look who still lives.</summary>
    private async Task<string?> NextAsync(CancellationToken patience)
    {
        using var pause = new CancellationTokenSource(LookAgain, node.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience, pause.Token);
        try
        {
            return await _answers.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!patience.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task LookAsync(HashSet<string> silent, CancellationToken patience)
    {
        try
        {
            silent.IntersectWith(await node.RunAsync(LivingAsync, patience));
        }
        catch (Exception e) when (SqlNode.IsLoss(e))
        {
            // The reader says that the database is away; nobody is dead because of that.
        }
    }

    private Task<HashSet<string>> LivingAsync(DbConnection connection, CancellationToken cancellation) => node.Tables.LivingAsync(connection, node.NodeLife, cancellation);
}
