namespace Rig.Engine.Streams;

/// <summary>A blueprint of a stream's part; immutable, materialised as often as one likes.</summary>
public interface IGraph<out TShape>
    where TShape : Shape;

public interface IGraph<out TShape, out TMaterialized> : IGraph<TShape>
    where TShape : Shape;
