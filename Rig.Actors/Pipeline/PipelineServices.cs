using Rig.Domain.Identity;
using Rig.Domain.Messages;

namespace Rig.Actors.Pipeline;

/// <summary>What the pipeline's actors stand on.</summary>
/// <param name="Rig">Cameras to expect where no manifest names them.</param>
/// <param name="Stages">One for every stage from <see cref="PipelineStage.Aligned"/> on.</param>
/// <param name="Server">Names this server in claims.</param>
public sealed record PipelineServices(
    IPipelineStore Store,
    ISessionLeases Leases,
    IReadOnlyList<CameraId> Rig,
    IReadOnlyList<IPipelineStage> Stages,
    PipelineOptions Options,
    TimeProvider Time,
    string Server);

/// <summary>Another server wrote to the session's history; what this one knows of it is old.</summary>
public sealed class HistoryMovedOnException : Exception
{
    public HistoryMovedOnException()
    {
    }

    public HistoryMovedOnException(string message)
        : base(message)
    {
    }

    public HistoryMovedOnException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
