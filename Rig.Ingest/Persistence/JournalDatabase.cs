using Npgsql;

namespace Rig.Ingest.Persistence;

/// <summary>Hands the server's database to the journal and the snapshot store of one actor system.</summary>
public sealed class JournalDatabase(NpgsqlDataSource source) : IExtension
{
    public NpgsqlDataSource Source { get; } = source;

    /// <summary>Before the first persistent actor of the system.</summary>
    public static void Give(ActorSystem system, NpgsqlDataSource source) => system.RegisterExtension(new Id(source));

    private sealed class Id(NpgsqlDataSource source) : ExtensionIdProvider<JournalDatabase>
    {
        public override JournalDatabase CreateExtension(ExtendedActorSystem system) => new(source);
    }
}
