using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Rig.Actors.Pipeline;
using Rig.Domain.Messages;
using Rig.Domain.Publishing;
using Rig.Ingest.Storage;

namespace Rig.Ingest.Publish;

/// <summary>Sends a finished session to the viewer (docs/ref/publish-api.md): announce, send what the viewer lacks from where it is, publish.</summary>
internal sealed class PublishStage(HttpClient http, SessionFiles sessionFiles, IOptions<PublishOptions> options, TimeProvider time, ILogger<PublishStage> log) : IPipelineStage
{
    /// <summary>Sendings of one file that arrived complete but wrong, before this is taken for a fault that trying does not mend.</summary>
    private const int MaxWrongFiles = 3;

    private readonly PublishOptions publish = options.Value;

    public PipelineStage Stage => PipelineStage.Published;

    public async Task<JsonObject> RunAsync(StageContext context, IProgress<StageProgress> progress, CancellationToken cancellationToken)
    {
        if (publish.ViewerUrl.Length == 0)
        {
            return new JsonObject { ["skipped"] = "no viewer is configured" };
        }

        progress.Report(new StageProgress(0, "Putting the match together"));
        var (game, paths) = await GameBuilder.BuildAsync(context, sessionFiles, publish, cancellationToken);
        var viewer = new ViewerClient(http, publish);
        var status = await PatientlyAsync(() => viewer.AnnounceAsync(game, cancellationToken), cancellationToken);
        var total = game.Files.Sum(file => file.SizeBytes);
        var already = status.Files.Sum(file => file.OffsetBytes);
        for (var round = 1; ; round++)
        {
            var sent = 0L;
            foreach (var file in game.Files)
            {
                var offset = status.Files.FirstOrDefault(known => known.Name == file.Name)?.OffsetBytes ?? 0;
                await SendAsync(viewer, status.GameId, file, paths[file.Name], offset, sent, total, progress, cancellationToken);
                sent += file.SizeBytes;
            }

            progress.Report(new StageProgress(1, "Publishing"));
            var (published, objection) = await PatientlyAsync(() => viewer.PublishAsync(status.GameId, cancellationToken), cancellationToken);
            if (published is not null)
            {
                log.LogInformation("{Session} is published as game {Game}", context.SessionId, status.GameId);
                return new JsonObject
                {
                    ["game_id"] = status.GameId,
                    ["url"] = $"{publish.ViewerUrl.TrimEnd('/')}/games/{status.GameId}",
                    ["bytes"] = total,
                    ["already_there_bytes"] = already,
                    ["files"] = game.Files.Count,
                };
            }

            if (round == MaxWrongFiles)
            {
                throw new StageFailedException($"The viewer does not publish the match: {objection ?? "it gave no reason"}");
            }

            // A file that arrived wrong was discarded by the viewer; it says where to go on.
            status = await PatientlyAsync(() => viewer.StatusAsync(status.GameId, cancellationToken), cancellationToken);
        }
    }

    private async Task SendAsync(
        ViewerClient viewer,
        int gameId,
        PublicationFile file,
        string path,
        long offset,
        long sentBefore,
        long total,
        IProgress<StageProgress> progress,
        CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, useAsync: true);
        var restarts = 0;
        while (offset < file.SizeBytes)
        {
            progress.Report(new StageProgress(total == 0 ? 0 : (double)(sentBefore + offset) / total, $"Sending {file.Name}"));
            var length = (int)Math.Min(publish.ChunkBytes, file.SizeBytes - offset);
            var from = offset;
            var now = await PatientlyAsync(() => viewer.AppendAsync(gameId, file.Name, stream, from, length, cancellationToken), cancellationToken);
            if (now <= from && ++restarts > publish.MaxBarrenAttempts)
            {
                throw new StageFailedException($"The viewer does not get on with {file.Name}: it asks for byte {now} again and again. See the viewer's log, then press Retry.");
            }

            offset = Math.Clamp(now, 0, file.SizeBytes);
        }
    }

    /// <summary>Repeats what may pass, with growing pauses.</summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await action();
            }
            catch (ViewerBusyException e) when (attempt < publish.MaxBarrenAttempts)
            {
                var pause = e.RetryAfter ?? (publish.RetryDelay * Math.Pow(2, attempt - 1));
                pause = pause > publish.MaxRetryDelay ? publish.MaxRetryDelay : pause;
                log.LogWarning("{Problem} Trying again in {Pause}", e.Message, pause);
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }
}
