using System.Text.Json.Serialization;

namespace Rig.Domain.Messages;

/// <summary>How far a node's clock may be from the master's. The numbers travel on the wire.</summary>
[JsonConverter(typeof(JsonNumberEnumConverter<SyncConfidence>))]
public enum SyncConfidence
{
    /// <summary>No exchange with the master lately.</summary>
    Unknown = 0,

    /// <summary>Under 1 ms.</summary>
    Excellent = 1,

    /// <summary>Under 5 ms.</summary>
    Good = 2,

    /// <summary>Under 10 ms.</summary>
    Fair = 3,
    Poor = 4,
}
