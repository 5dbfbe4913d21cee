using Npgsql;
using NpgsqlTypes;
using Stoa.Core.Conversations;

namespace Stoa.Core.Data;

/// <summary>Ties uploads to messages within the append transaction, between its two batches. Messages without uploads never come here.</summary>
/// <remarks>Uploads are locked after the conversations and in ascending order, so writers cannot block each other in a circle.</remarks>
internal static class PostgresUploadClaims
{
    private const NpgsqlDbType Longs = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    /// <summary>Locks the uploads that the drafts claim and notes those that no message has.</summary>
    public static async Task HoldAsync(NpgsqlConnection connection, IReadOnlyList<PendingAppend> batch, AppendState state)
    {
        await using var command = new NpgsqlCommand(
            "SELECT id, owner_id FROM uploads WHERE id = ANY($1) AND message_seq IS NULL AND erased_at IS NULL AND size > 0 ORDER BY id FOR UPDATE", connection);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = Longs, Value = batch.SelectMany(static i => i.Claims).Select(static c => c.Id).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            state.FreeUploads[reader.GetInt64(0)] = reader.GetInt64(1);
    }

    /// <summary>Gives the locked uploads to the numbers their messages are about to get.</summary>
    public static async Task ClaimAsync(NpgsqlConnection connection, List<(PendingAppend Item, long Seq)> fresh)
    {
        var claims = fresh.SelectMany(static f => f.Item.Claims.Select(c => (Claim: c, f.Item.Draft.ConversationId, f.Seq))).ToList();
        if (claims.Count == 0)
            return;
        await using var command = new NpgsqlCommand(
            "UPDATE uploads u SET conversation_id = v.c, message_seq = v.seq, name = coalesce(v.name, u.name) FROM unnest($1, $2, $3, $4) v(id, c, seq, name) WHERE u.id = v.id", connection);
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = Longs, Value = claims.Select(static c => c.Claim.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = Longs, Value = claims.Select(static c => c.ConversationId).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = Longs, Value = claims.Select(static c => c.Seq).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = Texts, Value = claims.Select(static c => c.Claim.Name).ToArray() });
        await command.ExecuteNonQueryAsync();
    }
}
