"""Classes as users write them: gates, inheritance, properties, caches, vectors, optimisers."""

import math
from dataclasses import dataclass, field

import numpy as np

from tests.corpus.registry import program


def V(n):
    return lambda rng: (rng.normal(size=n),)


def S(*numbers):
    return lambda rng: numbers


class MultiplyGate(object):
    def forward(self, x, y):
        z = x * y
        self.x = x
        self.y = y
        return z

    def backward(self, dz):
        dx = self.y * dz
        dy = self.x * dz
        return [dx, dy]


class AddGate(object):
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        return [dz, dz]


class SigmoidGate:
    def forward(self, x):
        self.s = 1.0 / (1.0 + math.exp(-x))
        return self.s

    def backward(self, dz):
        return (1 - self.s) * self.s * dz


@program(args=S(2.0, -1.0, -3.0, -2.0, -3.0), wrt=(0, 1, 2, 3, 4))
def cs231n_neuron(w0, x0, w1, x1, w2):
    m0, m1 = MultiplyGate(), MultiplyGate()
    a0, a1 = AddGate(), AddGate()
    sg = SigmoidGate()
    s = sg.forward(a1.forward(a0.forward(m0.forward(w0, x0), m1.forward(w1, x1)), w2))
    ds = sg.backward(1.0)
    d = a1.backward(ds)
    dd = a0.backward(d[0])
    g0 = m0.backward(dd[0])
    g1 = m1.backward(dd[1])
    return s + sum(g0) + g1[0] * g1[1] + d[1]


class ComputationalGraph(object):
    def __init__(self):
        self.gates = [MultiplyGate(), MultiplyGate()]

    def forward(self, x, y, z):
        q = self.gates[0].forward(x, y)
        self.out = self.gates[1].forward(q, z)
        return self.out

    def backward(self):
        dq, dz = self.gates[1].backward(1.0)
        dx, dy = self.gates[0].backward(dq)
        self.grads = {"x": dx, "y": dy, "z": dz}
        return self.grads


@program(args=S(0.7, -0.3, 1.2), wrt=(0, 1, 2))
def cs231n_graph(x, y, z):
    g = ComputationalGraph()
    loss = g.forward(x, y, z)
    d = g.backward()
    return loss**2 + d["x"] * d["y"] + d["z"]


@dataclass
class State:
    x: float
    v: float = 0.0
    hist: list = field(default_factory=list)
    meta: dict = field(default_factory=dict)

    def step(self, dt):
        self.v -= dt * self.x
        self.x += dt * self.v
        self.hist.append(self.x)
        self.meta["last"] = self.v
        return self

    @property
    def energy(self):
        return 0.5 * (self.x**2 + self.v**2)


@program(args=S(0.7, -0.3), wrt=(0, 1))
def dataclass_state(x, v):
    s = State(x, v)
    t = State(v)
    for _ in range(3):
        s.step(0.1).step(0.2)
        t.step(0.3)
    return s.energy * t.energy + sum(s.hist) + t.hist[0] * s.meta["last"]


@program(args=lambda rng: (State(0.5, 0.2), 0.1), wrt=(0, 1), tags=["mutates"])
def dataclass_state_argument(s, dt):
    s.step(dt)
    s.step(dt)
    return s.energy + sum(s.hist)


class Base:
    rate = 0.5

    def __init__(self, w):
        self.w = w
        self.n = 0

    def f(self, x):
        self.n += 1
        return self.w * x * self.rate

    @classmethod
    def make(cls, w):
        return cls(w * 2)

    @staticmethod
    def helper(x):
        return x**2


class Child(Base):
    rate = 0.7

    def __init__(self, w, b):
        super().__init__(w)
        self.b = b

    def f(self, x):
        return super().f(x) + self.b + self.helper(x)


class GrandChild(Child):
    def __init__(self, w, b, c):
        super(GrandChild, self).__init__(w, b)
        self.c = c

    def f(self, x):
        y = super(GrandChild, self).f(x)
        self.last = y
        return y * self.c


class Old(Base):
    def __init__(self, w, b):
        Base.__init__(self, w)
        self.b = b

    def f(self, x):
        return Base.f(self, x) * self.b


@program(args=S(0.7, -0.3, 0.4), wrt=(0, 1, 2))
def inheritance(w, b, x):
    c = Child(w, b)
    g = GrandChild(w, b, x)
    o = Old(w, b)
    m = Base.make(w)
    r = c.f(x) + g.f(x) * o.f(x) + m.f(x)
    return r + g.last * g.n + c.n


class A1:
    def __init__(self, x):
        self.x = x

    def val(self):
        return self.x


class B1(A1):
    def __init__(self, x):
        super().__init__(x * 2)

    def val(self):
        return super().val() + 1


class C1(A1):
    def __init__(self, x):
        super().__init__(x * 3)
        self.extra = x

    def val(self):
        return super().val() * self.x


class D1(B1, C1):
    def val(self):
        self.x = self.x * 0.5
        return super().val() + self.extra


@program(args=S(0.7))
def diamond(x):
    return D1(x).val()


class PropClass:
    def __init__(self, r):
        self._r = r
        self.sets = 0

    @property
    def r(self):
        return self._r

    @r.setter
    def r(self, v):
        self.sets += 1
        self._r = v * 2

    @property
    def area(self):
        return math.pi * self.r**2


class SubProp(PropClass):
    @property
    def area(self):
        return super().area * 2


@program(args=S(0.7))
def properties(x):
    p = PropClass(x)
    p.r = x**2
    p.r += 1
    q = SubProp(x)
    return p.area * p.sets + q.area


class RunningStats:
    def __init__(self):
        self.n = 0
        self.mean = 0.0
        self.m2 = 0.0

    def push(self, x):
        self.n += 1
        d = x - self.mean
        self.mean += d / self.n
        self.m2 += d * (x - self.mean)

    def var(self):
        return self.m2 / (self.n - 1)


@program(args=V(5))
def welford(x):
    s = RunningStats()
    for v in x:
        s.push(v)
    return s.var() + s.mean


class Cache:
    def __init__(self):
        self.store = {}
        self.hits = 0

    def get(self, key, x):
        if key in self.store:
            self.hits += 1
            return self.store[key]
        v = np.sin(x) * key
        self.store[key] = v
        return v


@program(args=S(0.7))
def cache_obj(x):
    c = Cache()
    s = 0.0
    for k in [1, 2, 1, 3, 2]:
        s += c.get(k, x * k)
    return s + c.hits


class Vec:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        return Vec(self.x + o.x, self.y + o.y)

    def __sub__(self, o):
        return Vec(self.x - o.x, self.y - o.y)

    def __mul__(self, k):
        return Vec(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __truediv__(self, k):
        return Vec(self.x / k, self.y / k)

    def __neg__(self):
        return Vec(-self.x, -self.y)

    def dot(self, o):
        return self.x * o.x + self.y * o.y

    def norm(self):
        return math.sqrt(self.dot(self))

    def __abs__(self):
        return self.norm()


class Body:
    def __init__(self, pos, vel, m):
        self.pos, self.vel, self.m = pos, vel, m
        self.path = [pos]

    def apply(self, f, dt):
        self.vel = self.vel + f * (dt / self.m)
        self.pos = self.pos + self.vel * dt
        self.path.append(self.pos)


@program(args=S(0.7, -0.4, 1.3), wrt=(0, 1, 2))
def nbody_vectors(x, y, m):
    bodies = [Body(Vec(x, 0.0), Vec(0.0, y), m), Body(Vec(-x, 0.5), Vec(0.1, -y), 2.0)]
    for _ in range(2):
        forces = []
        for a in bodies:
            f = Vec(0.0, 0.0)
            for b in bodies:
                if a is not b:
                    d = b.pos - a.pos
                    r = abs(d) + 0.1
                    f = f + d * (a.m * b.m / r**3)
            forces.append(f)
        for b, f in zip(bodies, forces):
            b.apply(f, 0.1)
    return sum(0.5 * b.m * b.vel.dot(b.vel) for b in bodies) + bodies[0].path[1].x


class Matrix:
    def __init__(self, rows):
        self.rows = rows

    def __getitem__(self, ij):
        i, j = ij
        return self.rows[i][j]

    def __setitem__(self, ij, v):
        i, j = ij
        self.rows[i][j] = v

    def __matmul__(self, o):
        n = len(self.rows)
        out = Matrix([[0.0] * n for _ in range(n)])
        for i in range(n):
            for j in range(n):
                for k in range(n):
                    out[i, j] += self[i, k] * o[k, j]
        return out

    def trace(self):
        return sum(self[i, i] for i in range(len(self.rows)))


@program(args=V(4))
def matrix_class(x):
    m = Matrix([[x[0], x[1]], [x[2], x[3]]])
    p = m @ m
    p[0, 1] = x[0]
    return p.trace() * p[0, 1]


class Adam:
    def __init__(self, lr, b1=0.9, b2=0.99):
        self.lr, self.b1, self.b2 = lr, b1, b2
        self.m, self.v, self.t = {}, {}, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            if k not in self.m:
                self.m[k] = np.zeros_like(params[k])
                self.v[k] = np.zeros_like(params[k])
            self.m[k] = self.b1 * self.m[k] + (1 - self.b1) * grads[k]
            self.v[k] = self.b2 * self.v[k] + (1 - self.b2) * grads[k] ** 2
            mh = self.m[k] / (1 - self.b1**self.t)
            vh = self.v[k] / (1 - self.b2**self.t)
            params[k] = params[k] - self.lr * mh / (np.sqrt(vh) + 1e-8)


@program(args=lambda rng: (rng.normal(size=2), 0.3, 0.05), wrt=(0, 1, 2))
def adam(w, b, lr):
    p = {"w": w.copy(), "b": np.array([b])}
    opt = Adam(lr)
    for _ in range(3):
        g = {"w": 2 * p["w"] + p["b"], "b": p["w"].sum() + 2 * p["b"]}
        opt.update(p, g)
    return np.sum(p["w"] ** 2) + p["b"][0]


class Counter2:
    total = 0.0

    def __init__(self):
        self.items = []

    def __iadd__(self, v):
        self.items.append(v)
        return self

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __contains__(self, v):
        return v in self.items


@program(args=V(3))
def container_class(x):
    c = Counter2()
    for v in x:
        c += v * 2
    s = 0.0
    for t in c:
        s += t**2
    return s * len(c)
