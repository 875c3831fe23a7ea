namespace Rig.Ingest.Detect.Learned;

/// <summary>A model cannot be used; the message is a sentence that says why and what helps.</summary>
public sealed class ModelException(string message, Exception? cause = null) : Exception(message, cause);
