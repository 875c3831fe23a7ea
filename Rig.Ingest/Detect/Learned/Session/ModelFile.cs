using Microsoft.ML.OnnxRuntime;

namespace Rig.Ingest.Detect.Learned;

/// <summary>What is wrong with a model's file before a network is made of it.</summary>
internal static class ModelFile
{
    /// <summary>Published detectors have 2 to 300 MB; what is larger is something else, or nothing for this machine.</summary>
    private const long SizeMaxBytes = 2L << 30;

    /// <exception cref="ModelException">Missing, unreadable, empty or no model.</exception>
    public static (InferenceSession Session, string Provider, string? Fallback) Open(ModelSettings settings)
    {
        var path = Path.GetFullPath(settings.Path);
        FileInfo file = new(path);
        if (!file.Exists)
        {
            throw new ModelException(Directory.Exists(path) ? $"{path} is a folder; name the .onnx file in it." : $"There is no file {path}; scripts/get-model.sh fetches one.");
        }

        if (file.Length is 0 or > SizeMaxBytes)
        {
            throw new ModelException($"{path} has {file.Length} bytes, which no detector has; fetch it again.");
        }

        try
        {
            using var readable = file.OpenRead();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{path} cannot be read: {e.Message}", e);
        }

        try
        {
            return Providers.Open(path, settings.Provider);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException($"{path} is no ONNX model that can be run: {Providers.Sentence(e)}", e);
        }
    }

    /// <summary>The classes' names as Ultralytics' exports carry them: <c>{0: 'person', 1: 'ball'}</c>.</summary>
    public static IReadOnlyDictionary<int, string> Names(InferenceSession session)
    {
        var names = new Dictionary<int, string>();
        if (session.ModelMetadata.CustomMetadataMap.TryGetValue("names", out var text))
        {
            foreach (var entry in text.Trim('{', '}', '[', ']', ' ').Split(','))
            {
                var colon = entry.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0 && int.TryParse(entry[..colon].Trim(' ', '\'', '"'), out var number) && number >= 0)
                {
                    names[number] = entry[(colon + 1)..].Trim(' ', '\'', '"');
                }
            }
        }

        return names;
    }
}
